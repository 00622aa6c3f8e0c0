// SPDX-License-Identifier: Apache-2.0

public import Directors
public import IPVS

extension ConnectionSummary {
  /// The connections of a director, as its kernel lists them now.
  ///
  /// What sets the timeouts meanwhile would make a connection seem outdated that is not, so then it is read again.
  ///
  /// - Parameters:
  ///   - director: The director.
  ///   - namespace: The network namespace in which it is.
  ///   - filter: Which connections count.
  /// - Throws: ``BackendError``.
  public init(
    of director: borrowing Director, in namespace: NetworkNamespace, _ filter: ConnectionFilter = ConnectionFilter()
  ) throws(BackendError) {
    var timeouts = try director.timeouts()
    self.init(by: OutdatedRule(timeouts))
    for _ in 0..<3 {
      do throws(IPVSError) {
        var table = try ConnectionTable(in: namespace)
        self = ConnectionSummary(by: OutdatedRule(timeouts, hasBackupDaemon: table.hasBackupDaemon))
        while let connection = try table.next() {
          if filter.passes(connection) { add(connection) }
        }
      } catch {
        throw .netlink(error)
      }
      let now = try director.timeouts()
      guard now != timeouts else { return }
      timeouts = now
    }
  }
}
