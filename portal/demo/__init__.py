"""What the demo shows around Placet: other systems, played by small programs."""
