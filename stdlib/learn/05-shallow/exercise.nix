# Give `changed`: as `config`, but `server.port` is 443 and `server.tls.on` is true. All else has to stay.
# Do not write down again what is in `config` already.
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
  changed = config;
}
