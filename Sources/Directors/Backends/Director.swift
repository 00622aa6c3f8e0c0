// SPDX-License-Identifier: Apache-2.0

package import IPVS

/// A host or network namespace whose kernel runs IPVS, opened by one backend.
///
/// With `auto`, a first backend that opens may still refuse the first request. Then the director turns to the backend
/// that is meant for this refusal. Asking before would cost every call a request.
package struct Director: ~Copyable {
  private var implementation: Backend
  /// Whether another backend may be used instead.
  private let isAuto: Bool

  /// Whether `auto` used another backend than its first.
  ///
  /// It is final after the first request.
  package private(set) var fallback: Fallback

  /// Opens a network namespace.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace.
  ///   - choice: The backend to use. It must be available in the caller's own namespace, or it is available in none.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``.
  package init(
    in namespace: NetworkNamespace = .current, backend choice: BackendChoice = .auto, ipvsadm path: String? = nil
  ) throws(DirectorError) {
    var (implementation, fallback) = try Backend.open(choice, ipvsadm: path)
    do throws(DirectorError) {
      if namespace != .current { implementation = try implementation.opened(in: namespace) }
    } catch {
      throw error.after(fallback)
    }
    self.init(implementation, fallback, isAuto: choice == .auto)
  }

  init(_ implementation: Backend, _ fallback: Fallback, isAuto: Bool) {
    self.implementation = implementation
    self.fallback = fallback
    self.isAuto = isAuto
  }

  /// The backend in use, never `auto`.
  ///
  /// It is final after the first request.
  package var backend: BackendChoice { type(of: implementation).choice }

  /// The timeouts; `nil` for a protocol that the kernel was built without.
  ///
  /// - Throws: ``DirectorError``.
  package mutating func timeouts() throws(DirectorError) -> Timeouts {
    do throws(DirectorError) { return try implementation.timeouts() } catch { try turn(after: error) }
    do throws(DirectorError) { return try implementation.timeouts() } catch { throw error.after(fallback) }
  }

  /// Sends the timeouts that are not `nil`, and does not read them back.
  ///
  /// - Throws: ``DirectorError``.
  package mutating func send(_ timeouts: Timeouts) throws(DirectorError) {
    do throws(DirectorError) { return try implementation.setTimeouts(timeouts) } catch { try turn(after: error) }
    do throws(DirectorError) { try implementation.setTimeouts(timeouts) } catch { throw error.after(fallback) }
  }

  /// Turns to the backend that is meant for a refusal of the first one.
  ///
  /// - Throws: The error, if there is no such backend.
  @inline(never)
  private mutating func turn(after error: DirectorError) throws(DirectorError) {
    guard isAuto, fallback == .notNeeded,
      let other = try Backend.open(insteadOf: type(of: implementation), after: error)
    else { throw error.after(fallback) }
    (implementation, fallback) = other
  }

  /// Sets the timeouts that are not `nil`, and reads them back.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to set. If all are `nil`, nothing is sent.
  ///   - isDryRun: Whether to send nothing and only predict the result.
  /// - Returns: The timeouts before and after. A difference from the wanted ones is a result, not an error: see
  ///   ``TimeoutsChange/mismatch``.
  /// - Throws: ``DirectorError``.
  package mutating func set(_ wanted: Timeouts, isDryRun: Bool = false) throws(DirectorError) -> TimeoutsChange {
    try change(try timeouts(), sending: wanted, wanted, isDryRun)
  }

  /// Sets the wanted timeouts that differ, and reads them back.
  ///
  /// If none differs, nothing is sent.
  ///
  /// - Parameters:
  ///   - wanted: The wanted timeouts; `nil` keeps a value.
  ///   - isDryRun: Whether to send nothing and only predict the result.
  /// - Returns: The timeouts before and after, as for ``set(_:isDryRun:)``.
  /// - Throws: ``DirectorError``.
  package mutating func correct(_ wanted: Timeouts, isDryRun: Bool = false) throws(DirectorError) -> TimeoutsChange {
    let before = try timeouts()
    return try change(before, sending: wanted.changes(from: before), wanted, isDryRun)
  }

  private mutating func change(
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

  /// The backend of this director in other network namespaces.
  func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence { implementation.sequence(in: namespaces) }
}

extension Director {
  /// Counts the connections of the director, as its kernel lists them now.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace of the director.
  ///   - filter: Which connections to count.
  ///   - isUntouched: Whether there are none, as ``NetworkNamespace/areUntouched(_:)`` has found.
  /// - Returns: The summary.
  /// - Throws: ``DirectorError``.
  package mutating func connectionSummary(
    in namespace: NetworkNamespace, _ filter: ConnectionFilter = ConnectionFilter(), isUntouched: Bool = false
  ) throws(DirectorError) -> ConnectionSummary {
    guard !isUntouched else { return ConnectionSummary(by: OutdatedRule(try timeouts())) }
    return try ConnectionSummary(
      in: namespace, filter, timeouts: { () throws(DirectorError) in try timeouts() }, failure: DirectorError.kernel)
  }
}

/// Directors in many network namespaces of one kernel, one after another, through one backend.
package struct DirectorSequence: ~Copyable {
  private let sequence: BackendSequence
  private let isAuto: Bool
  private var remaining: Int

  /// The backend with which each director begins, never `auto`.
  package let backend: BackendChoice
  /// Whether `auto` used another backend than its first at opening.
  package let fallback: Fallback

  /// Creates the sequence, in the order of the namespaces.
  ///
  /// It opens no director yet.
  ///
  /// - Parameters:
  ///   - namespaces: The network namespaces.
  ///   - choice: The backend to use.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``DirectorError``, when the backend is not available in the caller's own namespace. Then it is available
  ///   in none.
  package init(
    in namespaces: [NetworkNamespace], backend choice: BackendChoice = .auto, ipvsadm path: String? = nil
  ) throws(DirectorError) {
    let own = try Director(backend: choice, ipvsadm: path)
    backend = own.backend
    fallback = own.fallback
    isAuto = choice == .auto
    sequence = own.sequence(in: namespaces)
    remaining = namespaces.count
  }

  /// Opens the director in the next namespace.
  ///
  /// Call it exactly once for each namespace.
  ///
  /// - Throws: ``DirectorError``, when there is no director in this namespace. The next call continues with the next
  ///   namespace.
  package mutating func next() throws(DirectorError) -> Director {
    precondition(remaining > 0, "there is a director for each namespace, and no other")
    remaining -= 1
    do throws(DirectorError) {
      return Director(try sequence.next(), fallback, isAuto: isAuto)
    } catch {
      throw error.after(fallback)
    }
  }
}
