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

/// Waits up to a minute for such a connection.
func connectionInTime(longerThan old: Timeout) async throws(IPVSError) -> Connection? {
  for _ in 0..<60 {
    if let proof = try connection(longerThan: old) { return proof }
    try? await Task.sleep(for: .seconds(1))
  }
  return nil
}

do throws(IPVSError) {
  let ipvs = try Client()
  let change = try ipvs.changeTimeouts(to: Timeouts(tcp: 8100))
  if let before = change.before.tcp, let after = change.after.tcp { print("tcp was \(before) and is \(after)") }
  for drift in change.drift { print(drift) }
  if let before = change.before.tcp, change.isChanged, let proof = try await connectionInTime(longerThan: before) {
    print("proof: \(proof.client.address) -> \(proof.service) has more than \(before) left")
  } else {
    print("no proof: no connection has taken the new timeout")
  }
} catch {
  print(error)
}
