# You override what you take from `final`, and that is the thing itself: infinite recursion. `final` is the set in the end, `prev` what was there before.
{
  overlay = final: prev: {
    gd = final.gd.override { withFontconfig = false; };
    libpng = final.libpng.overrideAttrs (old: {
      configureFlags = old.configureFlags or [ ] ++ [ "--small" ];
    });
    drawing = [
      final.graphviz
      final.gd
    ];
  };
}
