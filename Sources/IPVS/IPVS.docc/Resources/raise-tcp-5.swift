// SPDX-License-Identifier: Apache-2.0

import IPVS

/// Finds a connection whose timer is longer than the old timeout.
func connection(longerThan old: Timeout) throws(IPVSError) -> Connection? {
  var table = try ConnectionTable()
  while let connection = try table.next() {
    guard connection.origin != .sync else { continue }
    guard TimerSource(for: ConnectionKind(connection)) == .timeout(.tcp) else { continue }
    if connection.secondsLeft > old.seconds { return connection }
  }
  return nil
}

do throws(IPVSError) {
  let ipvs = try Client()
  let change = try ipvs.changeTimeouts(to: Timeouts(tcp: 8100))
  if let before = change.before.tcp, let after = change.after.tcp { print("tcp was \(before) and is \(after)") }
  for drift in change.drift { print(drift) }
  if let before = change.before.tcp, let proof = try connection(longerThan: before) {
    print("proof: \(proof.client.address) -> \(proof.service) has more than \(before) left")
  }
} catch {
  print(error)
}
