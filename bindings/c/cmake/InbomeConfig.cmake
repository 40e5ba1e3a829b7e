# find_package(Inbome) gives the target Inbome::Inbome. Installed to lib/cmake/Inbome.

get_filename_component(_inbome_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
find_path(Inbome_INCLUDE_DIR inbome.h HINTS "${_inbome_prefix}/include")
find_library(Inbome_LIBRARY inbome HINTS "${_inbome_prefix}/lib")

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Inbome REQUIRED_VARS Inbome_LIBRARY Inbome_INCLUDE_DIR)

if(Inbome_FOUND AND NOT TARGET Inbome::Inbome)
  add_library(Inbome::Inbome UNKNOWN IMPORTED)
  set_target_properties(Inbome::Inbome PROPERTIES
    IMPORTED_LOCATION "${Inbome_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Inbome_INCLUDE_DIR}")
endif()
mark_as_advanced(Inbome_INCLUDE_DIR Inbome_LIBRARY)
