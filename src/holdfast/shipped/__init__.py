"""What the embedders with weights in the wheel have in common: their files and their words."""
