"""What the pages that look inside a network share: run and moment, layer, image, memory."""
