"""Forms, by area: text in, typed values and French sentences out; choices are passed in."""
