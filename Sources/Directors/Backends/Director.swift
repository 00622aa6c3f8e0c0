// SPDX-License-Identifier: Apache-2.0

package import IPVS
internal import Ipvsadm
internal import SystemPackage

/// A host or network namespace whose kernel runs IPVS, opened by a backend that is decided on once.
package struct Director: ~Copyable {
  let way: Backend

  /// Whether `auto` turned from netlink to ipvsadm.
  package let fallback: Fallback

  /// Opens the network namespace of the caller.
  ///
  /// - Parameters:
  ///   - choice: The backend to take.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Throws: ``BackendError``.
  package init(backend choice: BackendChoice = .auto, ipvsadm path: String? = nil) throws(BackendError) {
    var fallback = Fallback.none
    if choice != .ipvsadm {
      do throws(IPVSError) {
        way = .netlink(try Client())
        self.fallback = fallback
        return
      } catch {
        guard choice == .auto, error.isAbsence else { throw .netlink(error) }
        fallback = .toIpvsadm(because: error)
      }
    }
    do throws(ProgramError) {
      way = .ipvsadm(try Program(named: path))
      self.fallback = fallback
    } catch {
      // A program that nobody named and that is not there has nothing to add.
      if case .toIpvsadm(let reason) = fallback, path == nil, error.cause == .missing { throw .netlink(reason) }
      throw BackendError(error, after: fallback)
    }
  }

  init(_ way: consuming Backend, _ fallback: Fallback) {
    self.way = way
    self.fallback = fallback
  }

  /// The backend that was taken: `netlink` or `ipvsadm`.
  package var backend: BackendChoice { way.name }

  /// The timeouts; `nil` where the kernel was built without that protocol.
  ///
  /// - Throws: ``BackendError``.
  package func timeouts() throws(BackendError) -> Timeouts {
    do throws(BackendError) { return try way.timeouts() } catch { throw error.after(fallback) }
  }

  /// Sends the timeouts that are named, and does not read them back.
  ///
  /// - Throws: ``BackendError``.
  package func send(_ timeouts: Timeouts) throws(BackendError) {
    do throws(BackendError) { try way.setTimeouts(timeouts) } catch { throw error.after(fallback) }
  }

  /// Sets the timeouts that are named and reads them back.
  ///
  /// - Parameters:
  ///   - wanted: The timeouts to set; where all are `nil`, nothing is sent.
  ///   - isDryRun: Whether to send nothing and to say what would be.
  /// - Returns: What was and what is. That they differ from what was wanted is a result, not an error:
  ///   see ``TimeoutsChange/drift``.
  /// - Throws: ``BackendError``.
  package func set(_ wanted: Timeouts, isDryRun: Bool = false) throws(BackendError) -> TimeoutsChange {
    try change(try timeouts(), sending: wanted, wanted, isDryRun)
  }

  /// Sets those of the timeouts that are named and are not so, and reads them back; where all are so, nothing is sent.
  ///
  /// - Parameters:
  ///   - wanted: What is to be so.
  ///   - isDryRun: Whether to send nothing and to say what would be.
  /// - Returns: What was and what is, as for ``set(_:isDryRun:)``.
  /// - Throws: ``BackendError``.
  package func correct(_ wanted: Timeouts, isDryRun: Bool = false) throws(BackendError) -> TimeoutsChange {
    let before = try timeouts()
    return try change(before, sending: wanted.differing(from: before), wanted, isDryRun)
  }

  private func change(
    _ before: Timeouts, sending timeouts: Timeouts, _ wanted: Timeouts, _ isDryRun: Bool
  ) throws(BackendError) -> TimeoutsChange {
    guard !isDryRun, timeouts != Timeouts() else {
      return TimeoutsChange(wanted: wanted, before: before, after: wanted.filled(from: before), isDryRun: isDryRun)
    }
    try send(timeouts)
    do throws(BackendError) {
      return TimeoutsChange(wanted: wanted, before: before, after: try self.timeouts(), isDryRun: false)
    } catch {
      throw .notReadBack(timeouts, error)
    }
  }
}

extension Director {
  /// What there is to say about the connections of the director, as its kernel lists them now.
  ///
  /// - Parameters:
  ///   - namespace: The network namespace in which it is.
  ///   - filter: Which connections count.
  /// - Returns: The summary.
  /// - Throws: ``BackendError``.
  package func connectionSummary(
    in namespace: NetworkNamespace, _ filter: ConnectionFilter = ConnectionFilter()
  ) throws(BackendError) -> ConnectionSummary {
    try ConnectionSummary(
      in: namespace, filter, timeouts: { () throws(BackendError) in try timeouts() }, failure: BackendError.netlink)
  }
}

extension Program {
  /// The program at this path, or at the usual ones.
  fileprivate init(named path: String?) throws(ProgramError) {
    try self.init(at: path.map { [.init($0)] } ?? Program.usualPaths, for: .list)
  }
}

extension IPVSError {
  /// Whether the kernel's family is not there, the only error from which `auto` falls back.
  var isAbsence: Bool {
    [.notInKernel, .modulesNotVisible, .moduleNotLoaded, .moduleLoadingDisabled].contains(code)
  }
}
