// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// A host or network namespace whose kernel runs IPVS, opened by a backend that is decided on once.
package struct Director: ~Copyable {
  private let way: Backend

  /// Whether `auto` turned from its first backend to another one.
  package let fallback: Fallback

  /// Opens the network namespace of the caller.
  ///
  /// - Parameters:
  ///   - choice: The backend to take.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``.
  package init(backend choice: BackendChoice = .auto, ipvsadm path: String? = nil) throws(DirectorError) {
    (way, fallback) = try Backend.open(choice, ipvsadm: path)
  }

  init(_ way: Backend, _ fallback: Fallback) {
    self.way = way
    self.fallback = fallback
  }

  /// The backend that was taken, never `auto`.
  package var backend: BackendChoice { type(of: way).choice }

  /// The timeouts; `nil` where the kernel was built without that protocol.
  ///
  /// - Throws: ``DirectorError``.
  package func timeouts() throws(DirectorError) -> Timeouts {
    do throws(DirectorError) { return try way.timeouts() } catch { throw error.after(fallback) }
  }

  /// Sends the timeouts that are named, and does not read them back.
  ///
  /// - Throws: ``DirectorError``.
  package func send(_ timeouts: Timeouts) throws(DirectorError) {
    do throws(DirectorError) { try way.setTimeouts(timeouts) } catch { throw error.after(fallback) }
  }

  /// Sets the timeouts that are named and reads them back.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to set; where all are `nil`, nothing is sent.
  ///   - isDryRun: Whether to send nothing and to say what would be.
  /// - Returns: What was and what is. That they differ from what was wanted is a result, not an error:
  ///   see ``TimeoutsChange/mismatch``.
  /// - Throws: ``DirectorError``.
  package func set(_ wanted: Timeouts, isDryRun: Bool = false) throws(DirectorError) -> TimeoutsChange {
    try change(try timeouts(), sending: wanted, wanted, isDryRun)
  }

  /// Sets those of the timeouts that are named and are not so, and reads them back; where all are so, nothing is sent.
  ///
  /// - Parameters:
  ///   - wanted: What is to be so.
  ///   - isDryRun: Whether to send nothing and to say what would be.
  /// - Returns: What was and what is, as for ``set(_:isDryRun:)``.
  /// - Throws: ``DirectorError``.
  package func correct(_ wanted: Timeouts, isDryRun: Bool = false) throws(DirectorError) -> TimeoutsChange {
    let before = try timeouts()
    return try change(before, sending: wanted.changes(from: before), wanted, isDryRun)
  }

  private func change(
    _ before: Timeouts, sending timeouts: Timeouts, _ wanted: Timeouts, _ isDryRun: Bool
  ) throws(DirectorError) -> TimeoutsChange {
    guard !isDryRun, timeouts != Timeouts() else {
      return TimeoutsChange(wanted: wanted, before: before, after: wanted.merging(before), isDryRun: isDryRun)
    }
    try send(timeouts)
    do throws(DirectorError) {
      return TimeoutsChange(wanted: wanted, before: before, after: try self.timeouts(), isDryRun: false)
    } catch {
      throw error.readingBack(timeouts)
    }
  }

  /// Directors by the same backend in other network namespaces.
  func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence { way.sequence(in: namespaces) }
}

extension Director {
  /// What there is to say about the connections of the director, as its kernel lists them now.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace in which it is.
  ///   - filter: Which connections count.
  /// - Returns: The summary.
  /// - Throws: ``DirectorError``.
  package func connectionSummary(
    in namespace: NetworkNamespace, _ filter: ConnectionFilter = ConnectionFilter()
  ) throws(DirectorError) -> ConnectionSummary {
    try ConnectionSummary(
      in: namespace, filter, timeouts: { () throws(DirectorError) in try timeouts() }, failure: DirectorError.kernel)
  }
}
