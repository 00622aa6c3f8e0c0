// SPDX-License-Identifier: Apache-2.0

/// The requests of a client, from which its longer work is composed.
protocol TimeoutsClient: ~Copyable {
  /// The network namespace of the client.
  var namespace: NetworkNamespace { get }
  /// Reads the timeouts.
  ///
  /// - Parameter sent: The timeouts that were sent before, for the error.
  /// - Returns: The timeouts.
  /// - Throws: ``IPVSError``.
  borrowing func timeouts(afterSending sent: Timeouts?) throws(IPVSError) -> Timeouts
  /// Sets the timeouts that are not `nil`.
  ///
  /// - Throws: ``IPVSError``.
  borrowing func setTimeouts(_ timeouts: Timeouts) throws(IPVSError)
}

extension TimeoutsClient where Self: ~Copyable {
  /// Reads the timeouts, sets the wanted ones, and reads them back: see ``Client/changeTimeouts(to:isDryRun:)``.
  borrowing func change(to wanted: Timeouts, isDryRun: Bool) throws(IPVSError) -> TimeoutsChange {
    let before = try timeouts(afterSending: nil)
    guard !isDryRun, wanted != Timeouts() else {
      return TimeoutsChange(wanted: wanted, before: before, after: wanted.merging(before), isDryRun: isDryRun)
    }
    try setTimeouts(wanted)
    return TimeoutsChange(wanted: wanted, before: before, after: try timeouts(afterSending: wanted))
  }

  /// Counts the connections: see ``Client/connectionSummary(_:)``.
  borrowing func summary(_ filter: ConnectionFilter) throws(IPVSError) -> ConnectionSummary {
    try ConnectionSummary(
      in: namespace, filter, timeouts: { () throws(IPVSError) in try timeouts(afterSending: nil) }, failure: { $0 })
  }
}
