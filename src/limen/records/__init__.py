"""What an assessment consists of: frozen records without I/O, shared by every room above."""
