{
  overlay = final: prev: {
    gd = prev.gd.override { withFontconfig = false; };
    libpng = prev.libpng.overrideAttrs (old: {
      configureFlags = old.configureFlags or [ ] ++ [ "--small" ];
    });
    drawing = [
      final.graphviz
      final.gd
    ];
  };
}
