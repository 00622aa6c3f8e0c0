// SPDX-License-Identifier: Apache-2.0

// Doubles the udp timeout of this network namespace, and prints the old and the new value.

import IPVS

do throws(IPVSError) {
  let ipvs = try Client()
  if let udp = try ipvs.timeouts().udp, let doubled = Timeout(udp.duration * 2) {
    let change = try ipvs.changeTimeouts(to: Timeouts(udp: doubled))
    if let before = change.before.udp, let after = change.after.udp { print("udp was \(before) and is \(after)") }
  } else {
    print("there is no udp timeout that could be doubled")
  }
} catch {
  // The error's sentence reports what failed, and the kernel's answer.
  print("\(error)")
}
