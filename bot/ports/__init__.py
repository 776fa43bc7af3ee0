"""What the use cases ask of the outside, in our words. Adapters keep these promises."""
