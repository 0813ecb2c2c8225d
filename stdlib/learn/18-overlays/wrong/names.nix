# [M8] Whether your overlay defines something depends on `final`, and `final` depends on what it defines. Names must be known beforehand: ask `prev`, or do not ask.
{
  overlay =
    final: prev:
    if final ? gd then
      {
        gd = prev.gd.override { withFontconfig = false; };
        libpng = prev.libpng.overrideAttrs (old: {
          configureFlags = old.configureFlags or [ ] ++ [ "--small" ];
        });
        drawing = [
          final.graphviz
          final.gd
        ];
      }
    else
      { };
}
