{
  name = "shop";
  server = {
    host = "example.org";
    port = 80;
  };
}
// {
  server = {
    port = 443;
  };
}
