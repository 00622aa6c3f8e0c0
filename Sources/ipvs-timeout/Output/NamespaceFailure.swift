// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import IPVS
internal import Linux
internal import Text

/// A command's failure in one network namespace, as programs read it on standard output.
///
/// People read the same sentence on standard error.
struct NamespaceFailure: Hashable {
  let target: NamespaceTarget
  /// The sentence for people, without the name of the program.
  let sentence: String
  let status: ExitStatus
  /// Whether the target is a network namespace; if not, or if nobody knows, its file has no identity to report.
  private var isNamespace = true

  /// A failure with its parts.
  init(_ target: NamespaceTarget, _ sentence: String, _ status: ExitStatus) {
    self.target = target
    self.sentence = sentence
    self.status = status
  }

  /// The failure of the director in a namespace.
  init(_ target: NamespaceTarget, _ error: DirectorError) {
    self.init(target, error.description, error.exitStatus)
    // A file system that has not answered is not asked again.
    isNamespace = !error.namespaceIsMissing && (error.exitStatus != .timedOut || target.known != nil)
  }
}

extension NamespaceFailure {
  /// One object on one line; `docs/reference/output.schema.json` lists its keys.
  var json: TextBuffer {
    var object = isNamespace ? JSONObject(about: target) : JSONObject(target.name, nil)
    object.add("error", .string(sentence))
    object.add("status", .number(UInt32(status.rawValue)))
    return object.line()
  }
}

extension JSONObject {
  /// An object that begins with the name of a network namespace and the device and inode of its file.
  ///
  /// The name may change while the namespace stays the same; device and inode do not.
  init(about target: NamespaceTarget?) {
    if let target { self.init(target.name, target.identity) } else { self.init("host", .own) }
  }

  fileprivate init(_ name: String, _ identity: NamespaceIdentity?) {
    self.init()
    add("netns", .string(name))
    add("netns_device", JSONObject.number(identity?.device))
    add("netns_inode", JSONObject.number(identity?.inode))
  }

  private static func number(_ value: UInt?) -> JSONValue {
    value.flatMap { UInt32(exactly: $0) }.map { .number($0) } ?? .null
  }
}
