// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// A host or network namespace whose kernel runs IPVS, opened by one backend.
package struct Director: ~Copyable {
  private let implementation: Backend

  /// Whether `auto` turned from its first backend to another one.
  package let fallback: Fallback

  /// Opens the network namespace of the caller.
  ///
  /// - Parameters:
  ///   - choice: The backend to take.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``.
  package init(backend choice: BackendChoice = .auto, ipvsadm path: String? = nil) throws(DirectorError) {
    (implementation, fallback) = try Backend.open(choice, ipvsadm: path)
  }

  init(_ implementation: Backend, _ fallback: Fallback) {
    self.implementation = implementation
    self.fallback = fallback
  }

  /// The backend that was taken, never `auto`.
  package var backend: BackendChoice { type(of: implementation).choice }

  /// The timeouts; `nil` where the kernel was built without that protocol.
  ///
  /// - Throws: ``DirectorError``.
  package func timeouts() throws(DirectorError) -> Timeouts {
    do throws(DirectorError) { return try implementation.timeouts() } catch { throw error.after(fallback) }
  }

  /// Sends the named timeouts, and does not read them back.
  ///
  /// - Throws: ``DirectorError``.
  package func send(_ timeouts: Timeouts) throws(DirectorError) {
    do throws(DirectorError) { try implementation.setTimeouts(timeouts) } catch { throw error.after(fallback) }
  }

  /// Sets the named timeouts and reads them back.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to set; where all are `nil`, nothing is sent.
  ///   - isDryRun: Whether to send nothing and only predict the result.
  /// - Returns: The timeouts before and after. A difference from the wanted ones is a result, not an error: see
  ///   ``TimeoutsChange/mismatch``.
  /// - Throws: ``DirectorError``.
  package func set(_ wanted: Timeouts, isDryRun: Bool = false) throws(DirectorError) -> TimeoutsChange {
    try change(try timeouts(), sending: wanted, wanted, isDryRun)
  }

  /// Sets the named timeouts that differ and reads them back; where none differs, nothing is sent.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to have.
  ///   - isDryRun: Whether to send nothing and only predict the result.
  /// - Returns: The timeouts before and after, as for ``set(_:isDryRun:)``.
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
  func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence { implementation.sequence(in: namespaces) }
}

extension Director {
  /// A summary of the director's connections, as its kernel lists them now.
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

/// Directors in many network namespaces of one kernel, one after another, by one backend.
package struct DirectorSequence: ~Copyable {
  private let sequence: BackendSequence
  private var remaining: Int

  /// The backend that was taken, never `auto`.
  package let backend: BackendChoice
  /// Whether `auto` turned from its first backend to another one.
  package let fallback: Fallback

  /// Directors in these namespaces, in this order; none is opened yet.
  ///
  /// - Parameters:
  ///   - namespaces: The network namespaces.
  ///   - choice: The backend to take.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``, when the backend is not there in the caller's own namespace, and so nowhere.
  package init(
    in namespaces: [NetworkNamespace], backend choice: BackendChoice = .auto, ipvsadm path: String? = nil
  ) throws(DirectorError) {
    let own = try Director(backend: choice, ipvsadm: path)
    backend = own.backend
    fallback = own.fallback
    sequence = own.sequence(in: namespaces)
    remaining = namespaces.count
  }

  /// Opens the director in the next namespace; to be called once for each namespace, and no more often.
  ///
  /// - Throws: ``DirectorError``, why there is none in this namespace; the next call goes on with the one after it.
  package mutating func next() throws(DirectorError) -> Director {
    precondition(remaining > 0, "there is a director for each namespace, and no other")
    remaining -= 1
    do throws(DirectorError) { return Director(try sequence.next(), fallback) } catch { throw error.after(fallback) }
  }
}
