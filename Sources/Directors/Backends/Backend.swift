// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// A way to the timeouts of one director, opened.
///
/// Each backend is a subclass in a file of its own, with all that is known about it, and has a line in ``kind(at:)``.
/// Classes and their positions, and no protocol and no array: those would make the runtime search the executable for
/// conformances and metadata, on a path that every call takes.
class Backend {
  // To be overridden by each backend.

  /// The choice that names this backend.
  class var choice: BackendChoice { preconditionFailure("each backend has a choice") }

  /// The backend as sentences name it.
  class var words: String { preconditionFailure("each backend has a name") }

  /// Where `auto` takes it, for the help; `nil` for the one that `auto` tries first.
  class var condition: String? { nil }

  /// What follows where `auto` has turned to this backend.
  class var caution: String { "the timeouts are those of the same kernel, read in another way" }

  /// Opens it in the caller's network namespace, because somebody has chosen it or it is the first.
  ///
  /// - Parameter path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Returns: The backend.
  /// - Throws: ``DirectorError``.
  class func open(ipvsadm path: String?) throws(DirectorError) -> Backend {
    preconditionFailure("each backend can be opened")
  }

  /// Opens it in place of the first backend, if that is what the first failure calls for.
  ///
  /// - Parameters:
  ///   - failure: Why the first backend cannot be used.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Returns: `nil` where this backend is not for such a failure, or is not there and has nothing to add.
  /// - Throws: ``DirectorError``.
  class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? { nil }

  /// Whether the first backend is likely to refuse every request here, although it opens.
  ///
  /// `auto` then reads the timeouts at opening, to know. Every call pays for this look: one system call, no more.
  class var expectsRefusal: Bool { false }

  /// The timeouts; `nil` where the kernel was built without that protocol.
  func timeouts() throws(DirectorError) -> Timeouts { preconditionFailure("each backend reads") }

  /// Sets the timeouts that are named.
  func setTimeouts(_ timeouts: Timeouts) throws(DirectorError) { preconditionFailure("each backend writes") }

  /// The same backend in other network namespaces, one after another; none is opened yet.
  func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence {
    preconditionFailure("each backend goes to other namespaces")
  }
}

/// One backend in many network namespaces, one after another.
class BackendSequence {
  /// Opens the backend in the next namespace.
  ///
  /// - Throws: ``DirectorError``, why it cannot be opened there; the next call goes on with the namespace after it.
  func next() throws(DirectorError) -> Backend { preconditionFailure("each sequence goes on") }
}

extension Backend {
  /// The backend of a choice; `nil` for `auto`.
  static func kind(_ choice: BackendChoice, in list: (Int) -> Backend.Type? = Backend.kind) -> Backend.Type? {
    var position = 0
    while let kind = list(position) {
      if kind.choice == choice { return kind }
      position += 1
    }
    return nil
  }

  /// Opens a backend in the caller's network namespace.
  ///
  /// `auto` takes the first one. Where that is not there, it takes the first of the others that is for such a failure,
  /// and tries no more.
  ///
  /// - Parameters:
  ///   - choice: The backend to take.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  ///   - list: The backends by position.
  /// - Returns: The backend, and whether `auto` turned to it.
  /// - Throws: ``DirectorError``, with the first error where two backends failed.
  static func open(
    _ choice: BackendChoice, ipvsadm path: String?, from list: (Int) -> Backend.Type? = Backend.kind
  ) throws(DirectorError) -> (Backend, Fallback) {
    if let kind = kind(choice, in: list) { return (try kind.open(ipvsadm: path), .notNeeded) }
    guard let first = list(0) else { preconditionFailure("there is a backend") }
    let backend: Backend
    do throws(DirectorError) {
      backend = try first.open(ipvsadm: path)
    } catch {
      guard let other = try open(insteadOf: first, after: error, path, list) else { throw error }
      return other
    }
    guard isRefusalExpected(in: list) else { return (backend, .notNeeded) }
    do throws(DirectorError) {
      _ = try backend.timeouts()
    } catch {
      // What else is wrong shows when the backend is used.
      if let other = try open(insteadOf: first, after: error, path, list) { return other }
    }
    return (backend, .notNeeded)
  }

  /// Opens the backend that is for the failure of the first one; `nil` where none is.
  private static func open(
    insteadOf first: Backend.Type, after error: DirectorError, _ path: String?, _ list: (Int) -> Backend.Type?
  ) throws(DirectorError) -> (Backend, Fallback)? {
    guard case .kernel(let failure) = error.cause else { return nil }
    var position = 1
    while let kind = list(position) {
      let fallback = Fallback.taken(from: first.choice, to: kind.choice, because: failure)
      do throws(DirectorError) {
        if let backend = try kind.open(insteadOf: failure, ipvsadm: path) { return (backend, fallback) }
      } catch {
        throw error.after(fallback)
      }
      position += 1
    }
    return nil
  }

  private static func isRefusalExpected(in list: (Int) -> Backend.Type?) -> Bool {
    var position = 1
    while let kind = list(position) {
      if kind.expectsRefusal { return true }
      position += 1
    }
    return false
  }
}
