# The page's test; then check and verify, by the program with the new kind, of a model that the test wrote. The program
# without it must not know the kind.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(ENV{UNRECUR_TEST_MODEL} ${WORK}/model.safetensors)

function(expect code)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK} RESULT_VARIABLE found OUTPUT_VARIABLE output
                  ERROR_VARIABLE output)
  if(NOT found EQUAL code)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${found}, not ${code}:\n${output}")
  endif()
endfunction()

expect(0 ${TESTS})
expect(0 ${PROGRAM} check model.safetensors --input-bound 1 --certificate proof.json)
expect(0 ${PROGRAM} verify proof.json model.safetensors)
expect(11 ${PROGRAM} check model.safetensors)
expect(3 ${PLAIN} check model.safetensors --input-bound 1)
