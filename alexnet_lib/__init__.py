"""What the AlexNet notebooks share: the mathematics, the pictures and the sliders, one module for each idea."""
