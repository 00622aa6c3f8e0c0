// SPDX-License-Identifier: Apache-2.0

public import IPVS
public import Namespaces
internal import SystemPackage

/// A process of this machine, as far as it can be seen.
public struct HostProcess: Sendable, Hashable {
  /// Its number.
  public let number: Int32
  /// The number of the process that has started it, or taken it over.
  public let parent: Int32
  /// What it is called in its own arguments, without the directory.
  public let name: String
  /// Its arguments, without its name.
  public let arguments: [String]
  /// The network namespace in which it lives; `nil` where the kernel does not say.
  public let namespace: KnownNamespace.Identity?

  /// A process that is known.
  package init(
    _ number: Int32, parent: Int32 = 1, _ name: String, _ arguments: [String] = [],
    in namespace: KnownNamespace.Identity?
  ) {
    self.number = number
    self.parent = parent
    self.name = name
    self.arguments = arguments
    self.namespace = namespace
  }

  /// A process that runs; `nil` where there is no such, or it is the kernel's, or has another name.
  private init?(_ number: Int32, named names: Set<String>) {
    guard let text = try? BoundedFile.text(of: FilePath("/proc/\(number)/cmdline")) else { return nil }
    let words = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init).dropLast()
    guard let name = words.first?.split(separator: "/").last.map(String.init), names.contains(name) else { return nil }
    // The program's name, which comes before these, may hold any character.
    let state = SmallFile.text(of: FilePath("/proc/\(number)/stat"))?.split(separator: ")").last?.split(separator: " ")
    self.init(
      number, parent: state?.dropFirst().first.flatMap { Int32($0) } ?? 0, name, Array(words.dropFirst()),
      in: try? NamespaceIdentity(FilePath("/proc/\(number)/ns/net")))
  }

  /// The processes of these names, by their numbers.
  ///
  /// - Throws: ``IPVSError``, when /proc cannot be read.
  public static func running(named names: Set<String>) throws(IPVSError) -> [HostProcess] {
    do throws(Errno) {
      let numbers = try DirectoryNames.all(in: "/proc").compactMap { Int32($0.string) }.sorted()
      return numbers.compactMap { HostProcess($0, named: names) }
    } catch {
      throw IPVSError(.refused, .listProcesses, errno: error)
    }
  }

  /// The files as this process sees them.
  public var files: ProcessFiles {
    ProcessFiles(root: FilePath("/proc/\(number)/root"), directory: FilePath("/proc/\(number)/cwd"))
  }
}
