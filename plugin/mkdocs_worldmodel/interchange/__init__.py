# OpenDRIVE and OpenSCENARIO XML: from files of others to our scenarios.
