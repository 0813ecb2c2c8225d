{ inputs = [ gd ]; }
