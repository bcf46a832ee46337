"""What tests declarations and policies: mutants, strategies and the pytest plugin."""
