// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import SystemPackage

/// What is done with one director.
enum DirectorAction: Hashable {
  /// Its timeouts are read.
  case show
  /// What is wanted is set, and read back.
  case set(isDryRun: Bool)
  /// What is wanted and not so is set, and read back.
  case correct(isDryRun: Bool)
  /// Its timeouts are compared with what is wanted.
  case verify

  /// Whether it changes anything.
  var isChanging: Bool {
    switch self {
    case .show, .verify: false
    case .set(let isDryRun), .correct(let isDryRun): !isDryRun
    }
  }

  /// Does it.
  func perform(on director: borrowing Director, _ wanted: Timeouts) throws(DirectorError) -> Report.Finding {
    switch self {
    case .show: .timeouts(try director.timeouts())
    case .set(let isDryRun): .change(try director.set(wanted, isDryRun: isDryRun))
    case .correct(let isDryRun): .change(try director.correct(wanted, isDryRun: isDryRun))
    case .verify: .verdict(wanted: wanted, actual: try director.timeouts())
    }
  }
}

extension ChangeLock {
  /// Waits until it is this program's turn to change something.
  ///
  /// Where nothing can be locked, it goes on and says so; who may not is left to the kernel, which refuses the change.
  ///
  /// - Parameter deed: What is to be done; what changes nothing waits for nobody.
  /// - Returns: What keeps others out, where it can be had.
  /// - Throws: ``Failure``, when another one does not end in time.
  static func turn(for deed: DirectorAction) throws(Failure) -> ChangeLock? { deed.isChanging ? try turn() : nil }

  /// Waits for those that are part of this program's change, and keeps them out.
  ///
  /// - Parameters:
  ///   - turn: What keeps the others out.
  ///   - busy: Called when one of them does not end in time.
  /// - Returns: What keeps them out; `nil` where it cannot be had.
  static func inner(of turn: borrowing ChangeLock?, _ busy: (Failure) -> Void) -> ChangeLock? {
    do throws(ChangeLockError) {
      return try turn?.takeInner()
    } catch .busy(let holder) {
      busy(
        Failure(
          "what the command has left running still changes timeouts: \(holder.subject) has not ended within 10 s; look at"
            + " the timeouts when it has, and run `ipvs-timeout rollback`", .timedOut))
    } catch {
      // A director without a lock is one that others may change at the same time, and that was told.
    }
    return nil
  }

  /// Waits until it is this program's turn to change something, as ``turn(for:)``.
  ///
  /// - Returns: What keeps others out, where it can be had.
  /// - Throws: ``Failure``, when another one does not end in time.
  static func turn() throws(Failure) -> ChangeLock? {
    do throws(ChangeLockError) {
      return try take()
    } catch {
      switch error {
      case .unavailable(.permissionDenied) where !Privilege.isAdministrator: break
      case .unavailable(let errno):
        StandardStreams.report(
          "ipvs-timeout: others may change the timeouts at the same time, because \(ChangeDirectory.usual.lock) cannot"
            + " be locked (\(errno.description), errno \(errno.rawValue)); see that nobody does")
      case .busy(let holder): throw Failure(holder.sentence, .timedOut)
      }
      return nil
    }
  }
}

extension LockHolder? {
  /// Why it was in vain to wait for it.
  var sentence: String {
    "cannot change the timeouts now, and nothing was changed: \(subject) is changing them and has not ended within 10 s;"
      + " wait for its end and try again"
  }

  /// Who it is.
  fileprivate var subject: String {
    switch self {
    case .some(let holder) where !holder.command.isEmpty: "`\(holder.command)` (process \(holder.process))"
    case .some(let holder): "process \(holder.process)"
    case .none: "another program"
    }
  }
}
