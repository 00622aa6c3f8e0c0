// SPDX-License-Identifier: Apache-2.0

// Doubles the udp timeout of this network namespace, and tells what it did.

import IPVS

do throws(IPVSError) {
  let ipvs = try Client()
  if let udp = try ipvs.timeouts().udp, let doubled = Timeout(seconds: 2 * Int(udp.seconds)) {
    try ipvs.setTimeouts(Timeouts(udp: doubled))
    print("udp was \(udp.seconds) s and is \(doubled.seconds) s")
  } else {
    print("there is no udp timeout that could be doubled")
  }
} catch {
  // The sentence says what was attempted, what the kernel answered and what to do.
  print("\(error)")
}
