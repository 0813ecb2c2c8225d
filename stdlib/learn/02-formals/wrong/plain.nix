# It works, but `name` is not named before the colon: nobody can see what your function wants. Lesson 9 needs that. Write formals in braces.
{
  greet = p: "${p.greeting or "Hello"}, ${p.name}!";
}
