"""Copy chains, recovery schedules and cost lines: what a protection is worth and what it costs."""
