# [M7] `drawing` has the packages as they were before: you took them from `prev`. Then neither your own gd nor later overlays count. What you only use comes from `final`.
{
  overlay = final: prev: {
    gd = prev.gd.override { withFontconfig = false; };
    libpng = prev.libpng.overrideAttrs (old: {
      configureFlags = old.configureFlags or [ ] ++ [ "--small" ];
    });
    drawing = [
      prev.graphviz
      prev.gd
    ];
  };
}
