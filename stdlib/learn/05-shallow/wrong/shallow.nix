# [M10] `host` is gone: your `server` replaced the old one as a whole. `//` does not go down; begin the new one with `config.server //`.
let
  config = {
    name = "shop";
    server = {
      host = "example.org";
      port = 80;
      tls = {
        on = false;
        key = "k1";
      };
    };
  };
in
{
  inherit config;
  changed = config // {
    server = {
      port = 443;
      tls.on = true;
    };
  };
}
