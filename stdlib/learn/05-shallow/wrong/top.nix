# `port` and `tls` now stand beside `server`, where nobody looks for them. Where you write a name decides what it is the name of.
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
    port = 443;
    tls.on = true;
  };
}
