// Nothing of its own: it makes CMake precompile the headers (precompiled.cmake).
