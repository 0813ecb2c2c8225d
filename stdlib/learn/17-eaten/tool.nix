{ buildGo }:
buildGo {
  pname = "tool";
  version = "1";
  vendorHash = "old";
}
