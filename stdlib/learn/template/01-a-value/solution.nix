{
  two = 2;
}
