"""For the container: does /readyz answer 200 under a host name the portal accepts?"""

import http.client
import os
import sys

host = os.environ["ALLOWED_HOSTS"].split(",")[0]
port = int(os.environ.get("BIND", ":8000").rpartition(":")[2])
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
try:
    connection.request("GET", "/readyz", headers={"Host": host})
    sys.exit(connection.getresponse().status != 200)
except (OSError, http.client.HTTPException) as error:
    sys.exit(str(error))
