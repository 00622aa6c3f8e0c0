// SPDX-License-Identifier: Apache-2.0

import IPVS

do throws(IPVSError) {
  let ipvs = try Client()
  let change = try ipvs.changeTimeouts(to: Timeouts(tcp: 8100))
  if let before = change.before.tcp, let after = change.after.tcp { print("tcp was \(before) and is \(after)") }
} catch {
  print(error)
}
