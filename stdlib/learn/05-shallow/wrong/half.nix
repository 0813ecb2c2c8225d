# [M10] One level is right, the next one is not: `tls` was replaced as a whole and has lost its key.
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
    server = config.server // {
      port = 443;
      tls.on = true;
    };
  };
}
