// SPDX-License-Identifier: Apache-2.0

internal import IPVS

/// An open way to the timeouts of one director.
///
/// Each backend is a subclass in its own file, with everything that is known about it, and has a line in ``kind(at:)``.
/// They are classes found by position, without protocols and arrays: those would make the runtime search the executable
/// for conformances and metadata in every call.
class Backend {
  // Each backend overrides the following members, or keeps what they do here.

  /// The choice that names this backend.
  class var choice: BackendChoice { preconditionFailure("each backend has a choice") }

  /// The name of the backend in sentences.
  class var words: String { preconditionFailure("each backend has a name") }

  /// When `auto` uses it, for the help; `nil` for the backend that `auto` tries first.
  class var condition: String? { nil }

  /// The consequence if `auto` uses this backend instead of the first.
  class var caution: String { "the timeouts are those of the same kernel, read in another way" }

  /// Whether it answers as the first backend does, so that nothing has to be fixed where `auto` uses it.
  class var isEquivalent: Bool { false }

  /// Opens it in the caller's network namespace, because the caller chose it or it is the first.
  ///
  /// - Parameter path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Returns: The backend.
  /// - Throws: ``DirectorError``.
  class func open(ipvsadm path: String?) throws(DirectorError) -> Backend {
    preconditionFailure("each backend can be opened")
  }

  /// Opens it in the network namespace of a failure of the first backend, if it is meant for this failure.
  ///
  /// - Parameters:
  ///   - failure: The failure of the first backend.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  /// - Returns: The backend; `nil` if it is not meant for this failure, or is not installed and has nothing to add.
  /// - Throws: ``DirectorError``.
  class func open(insteadOf failure: IPVSError, ipvsadm path: String?) throws(DirectorError) -> Backend? { nil }

  /// The timeouts; `nil` for a protocol that the kernel was built without.
  func timeouts() throws(DirectorError) -> Timeouts { preconditionFailure("each backend reads") }

  /// Sets the timeouts that are not `nil`.
  func setTimeouts(_ timeouts: Timeouts) throws(DirectorError) { preconditionFailure("each backend writes") }

  /// The same backend in another network namespace.
  ///
  /// - Throws: ``DirectorError``, when it cannot be opened there.
  func opened(in namespace: NetworkNamespace) throws(DirectorError) -> Backend {
    try sequence(in: [namespace]).next()
  }

  /// The same backend in other network namespaces, one after another.
  ///
  /// It opens none yet.
  func sequence(in namespaces: [NetworkNamespace]) -> BackendSequence {
    preconditionFailure("each backend goes to other namespaces")
  }
}

/// One backend in many network namespaces, one after another.
class BackendSequence {
  /// Opens the backend in the next namespace.
  ///
  /// - Throws: ``DirectorError``, when it cannot be opened there. The next call continues with the next namespace.
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
  /// `auto` uses the first backend. If that cannot be opened, it uses the first other backend that is meant for this
  /// failure, and tries no more. A first backend may also open and then refuse the requests: see ``Director``.
  ///
  /// - Parameters:
  ///   - choice: The backend to use.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  ///   - list: Finds a backend by its position.
  /// - Returns: The backend, and whether it is a fallback.
  /// - Throws: ``DirectorError``, with both errors if two backends failed.
  static func open(
    _ choice: BackendChoice, ipvsadm path: String?, from list: (Int) -> Backend.Type? = Backend.kind
  ) throws(DirectorError) -> (Backend, Fallback) {
    if let kind = kind(choice, in: list) { return (try kind.open(ipvsadm: path), .notNeeded) }
    guard let first = list(0) else { preconditionFailure("there is a backend") }
    do throws(DirectorError) {
      return (try first.open(ipvsadm: path), .notNeeded)
    } catch {
      guard let other = try open(insteadOf: first, after: error, ipvsadm: path, from: list) else { throw error }
      return other
    }
  }

  /// Opens the backend that is meant for the failure of the first one.
  ///
  /// - Parameters:
  ///   - first: The first backend.
  ///   - error: Its failure.
  ///   - path: The path of ipvsadm; `nil` looks in the usual places.
  ///   - list: Finds a backend by its position.
  /// - Returns: The backend, and the reason; `nil` if no backend is meant for this failure.
  /// - Throws: ``DirectorError``, with both errors.
  static func open(
    insteadOf first: Backend.Type, after error: DirectorError, ipvsadm path: String? = nil,
    from list: (Int) -> Backend.Type? = Backend.kind
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
}
