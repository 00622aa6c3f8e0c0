// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let package = Package(
  name: "ipvs-timeout",
  products: [
    .library(name: "IPVS", targets: ["IPVS"]),
    .executable(name: "ipvs-timeout", targets: ["ipvs-timeout"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .systemLibrary(
      name: "CLibNL",
      pkgConfig: "libnl-genl-3.0",
      providers: [.apt(["libnl-3-dev", "libnl-genl-3-dev"])]),
    .systemLibrary(name: "CIPVS", providers: [.apt(["linux-libc-dev"])]),
    .systemLibrary(name: "CSocketDiagnosis", providers: [.apt(["linux-libc-dev"])]),

    .target(name: "Text", swiftSettings: strict),
    .target(name: "Waiting", swiftSettings: strict),
    .target(name: "Signals", swiftSettings: strict),
    .target(name: "CNamespaces"),
    .target(name: "Namespaces", dependencies: ["CNamespaces", "Waiting", system], swiftSettings: strict),
    .target(name: "Netlink", dependencies: ["CLibNL", "Namespaces", "Waiting", system], swiftSettings: strict),
    .target(
      name: "IPVS", dependencies: ["CIPVS", "Namespaces", "Netlink", "Text", system], swiftSettings: strict),
    .target(
      name: "Ipvsadm", dependencies: ["IPVS", "Signals", "Text", "Waiting", system, subprocess], swiftSettings: strict),
    .target(name: "Directors", dependencies: ["IPVS", "Ipvsadm", "Text", system], swiftSettings: strict),
    .target(name: "CProcesses"),
    .target(
      name: "Changes", dependencies: ["CProcesses", "IPVS", "Namespaces", "Signals", "Text", system],
      swiftSettings: strict),
    .target(name: "Policy", dependencies: ["Directors", "IPVS", "Text", system], swiftSettings: strict),
    .target(name: "Connections", dependencies: ["Directors", "IPVS"], swiftSettings: strict),
    .target(
      name: "Host", dependencies: ["CSocketDiagnosis", "IPVS", "Namespaces", "Netlink", system], swiftSettings: strict),
    .target(
      name: "Diagnosis",
      dependencies: ["Connections", "Directors", "Host", "IPVS", "Ipvsadm", "Policy", "Text", system],
      swiftSettings: strict),
    .target(name: "CStartup", cSettings: [.define("QUIET_RUNTIME", .when(configuration: .release))]),
    .executableTarget(
      name: "ipvs-timeout",
      dependencies: [
        "CStartup", "Changes", "Connections", "Diagnosis", "Directors", "Host", "IPVS", "Ipvsadm", "Policy", "Signals",
        "Text", system,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["link-order.txt"],
      swiftSettings: strict),

    .target(name: "TestSupport", dependencies: [system], path: "Tests/TestSupport", swiftSettings: strict),
    .testTarget(name: "WaitingTests", dependencies: ["Waiting"], swiftSettings: strict),
    .testTarget(name: "SignalsTests", dependencies: ["Signals"], swiftSettings: strict),
    .testTarget(name: "TextTests", dependencies: ["Text"], swiftSettings: strict),
    .testTarget(
      name: "NamespacesTests", dependencies: ["Namespaces", "TestSupport", system], swiftSettings: strict),
    .testTarget(
      name: "NetlinkTests", dependencies: ["CLibNL", "Namespaces", "Netlink", "TestSupport", system],
      swiftSettings: strict),
    .testTarget(
      name: "IPVSTests", dependencies: ["IPVS", "Namespaces", "Netlink", "TestSupport", system],
      swiftSettings: strict),
    .testTarget(
      name: "IpvsadmTests",
      dependencies: ["IPVS", "Ipvsadm", "TestSupport", "Text", subprocess, system],
      swiftSettings: strict),
    .testTarget(
      name: "DirectorsTests", dependencies: ["IPVS", "Ipvsadm", "Directors", system], swiftSettings: strict),
    .testTarget(
      name: "ChangesTests", dependencies: ["Changes", "IPVS", "Namespaces", "TestSupport", subprocess, system],
      swiftSettings: strict),
    .testTarget(
      name: "PolicyTests", dependencies: ["IPVS", "Policy", "TestSupport", system], swiftSettings: strict),
    .testTarget(name: "ConnectionsTests", dependencies: ["Connections", "IPVS"], swiftSettings: strict),
    .testTarget(
      name: "HostTests", dependencies: ["CSocketDiagnosis", "Host", "IPVS", "Namespaces", "TestSupport", system],
      swiftSettings: strict),
    .testTarget(
      name: "DiagnosisTests",
      dependencies: [
        "Connections", "Diagnosis", "Directors", "Host", "IPVS", "Ipvsadm", "Namespaces", "Policy", "TestSupport",
        system,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "Connections", "Diagnosis", "Host", "IPVS", "Ipvsadm", "Directors", "Policy", "TestSupport", "Text",
        "ipvs-timeout", subprocess, system,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "KernelTests",
      dependencies: ["CIPVS", "CLibNL", "Directors", "Host", "IPVS", "Ipvsadm", "Netlink", subprocess, system],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
