# Runs a command without standard input and checks its exit code and, if given, its output:
#   cmake -DWANT=2 [-DMATCH=<regex>] -P exit_code.cmake -- COMMAND...
# The regex is of CMake and searched in standard output, then standard error.
set(command "")
set(after_dashes FALSE)
foreach(at RANGE ${CMAKE_ARGC})
  if(after_dashes AND DEFINED CMAKE_ARGV${at})
    list(APPEND command "${CMAKE_ARGV${at}}")
  elseif("${CMAKE_ARGV${at}}" STREQUAL "--")
    set(after_dashes TRUE)
  endif()
endforeach()
execute_process(COMMAND ${command} INPUT_FILE /dev/null
  RESULT_VARIABLE got OUTPUT_VARIABLE out ERROR_VARIABLE err)
if(NOT got STREQUAL WANT)
  message(FATAL_ERROR "exit ${got}, want ${WANT}\n${out}${err}")
endif()
if(MATCH AND NOT "${out}" MATCHES "${MATCH}" AND NOT "${err}" MATCHES "${MATCH}"
   AND NOT "${out}${err}" MATCHES "${MATCH}")
  message(FATAL_ERROR "no match of ${MATCH} in\n${out}${err}")
endif()
