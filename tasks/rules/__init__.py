"""Rules about people as plain functions over plain data: no database, no clock."""
