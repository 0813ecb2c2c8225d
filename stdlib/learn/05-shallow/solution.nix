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
      tls = config.server.tls // {
        on = true;
      };
    };
  };
}
