"""Rules, catalog, profiles, engines, decisions, waivers: Rego judges, this carries its judgements."""
