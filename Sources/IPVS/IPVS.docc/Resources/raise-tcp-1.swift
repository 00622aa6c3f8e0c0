// SPDX-License-Identifier: Apache-2.0

import IPVS

do throws(IPVSError) {
  let ipvs = try Client()
  print(try ipvs.timeouts())
} catch {
  print(error)
}
