# [M9] You gave the new gd to graphviz alone; `gd` of the set is the old one, and all others use that. Define `gd` itself.
{
  overlay = final: prev: {
    graphviz = prev.graphviz.override { gd = prev.gd.override { withFontconfig = false; }; };
    libpng = prev.libpng.overrideAttrs (old: {
      configureFlags = old.configureFlags or [ ] ++ [ "--small" ];
    });
    drawing = [
      final.graphviz
      final.gd
    ];
  };
}
