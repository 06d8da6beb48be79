// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target: imports say who sees them, and every warning is an error.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// C kernels run at full speed in debug builds too: tests use real sizes.
let optimised: [CSetting] = [.unsafeFlags(["-O3"], .when(configuration: .debug))]

let package = Package(
  name: "foley",
  dependencies: [
    // Reads the command line, writes the help.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // Layer 0
    .target(name: "Tensors", swiftSettings: strict),

    // Layer 1
    // SHA-256 of the files a pipeline refers to.
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "Checkpoints", dependencies: ["CCrypto", "ReaderPipe", "Tensors"], swiftSettings: strict),
    .target(name: "Graphs", dependencies: ["Tensors"], swiftSettings: strict),
    .target(name: "ReaderPipe", dependencies: ["Tensors"], swiftSettings: strict),
    .systemLibrary(name: "CSndFile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"])]),
    .target(name: "Media", dependencies: ["CSndFile", "ReaderPipe", "Tensors"], swiftSettings: strict),
    .target(name: "CSentencePiece", linkerSettings: [.linkedLibrary("sentencepiece")]),
    .target(name: "Tokenizers", dependencies: ["CSentencePiece", "Tensors"], swiftSettings: strict),

    // Optional: without its header, `foley` is built to train on one machine alone.
    .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CRanks", dependencies: ["COpenMPI"], cSettings: optimised),
    .target(name: "Ranks", dependencies: ["CRanks", "Tensors"], swiftSettings: strict),

    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .target(
      name: "CKernels", dependencies: ["COpenBLAS"], cSettings: optimised,
      linkerSettings: [.linkedLibrary("m")]),

    // Layer 2
    .target(name: "Operators", dependencies: ["Graphs", "Tensors"], swiftSettings: strict),

    // Layer 3
    .target(name: "Passes", dependencies: ["Operators", "Graphs", "Tensors"], swiftSettings: strict),
    .target(
      name: "Families", dependencies: ["Operators", "Graphs", "Checkpoints", "Tensors"],
      swiftSettings: strict),
    // Reads the messages of ONNX files.
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .target(name: "COnnx", dependencies: ["CProtobufC"], exclude: ["onnx.proto"]),
    .target(
      name: "ONNX", dependencies: ["COnnx", "Operators", "Graphs", "Checkpoints", "Tensors"],
      swiftSettings: strict),
    .target(name: "Plans", dependencies: ["Graphs", "Tensors"], swiftSettings: strict),
    .target(
      name: "Kernels", dependencies: ["Operators", "Graphs", "Tensors", "CKernels"],
      swiftSettings: strict),

    // Layer 4
    .target(
      name: "Runtime", dependencies: ["Plans", "Kernels", "Graphs", "Tensors"],
      swiftSettings: strict),

    // Layer 5
    .target(
      name: "Pipelines",
      dependencies: [
        "Runtime", "Families", "Passes", "Plans", "Kernels", "Operators", "Graphs", "Checkpoints",
        "Media", "Ranks", "ReaderPipe", "Tokenizers", "Tensors",
      ],
      swiftSettings: strict),
    .target(
      name: "Conversion",
      dependencies: ["Runtime", "Families", "ONNX", "Graphs", "Checkpoints", "Tensors"],
      swiftSettings: strict),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .target(
      name: "Reports", dependencies: ["CPNG", "Media", "Graphs", "Plans", "Tensors"], swiftSettings: strict),

    // Layer 6
    .executableTarget(
      name: "foley",
      dependencies: [
        "Pipelines", "Conversion", "Reports", "Runtime", "Kernels", "Families", "ONNX", "Passes", "Plans",
        "Operators",
        "Graphs", "Checkpoints", "Media", "Ranks", "Tokenizers", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // The only thing that links libav and libhdf5: `foley` starts it and reads its pipe.
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5-serial", providers: [.apt(["libhdf5-dev"])]),
    .target(name: "CLibHDF5", dependencies: ["CHDF5"], linkerSettings: [.linkedLibrary("hdf5")]),
    .systemLibrary(
      name: "CFFmpeg", pkgConfig: "libavformat",
      providers: [
        .apt(["libavformat-dev", "libavcodec-dev", "libavutil-dev", "libswresample-dev", "libswscale-dev"])
      ]),
    .target(
      name: "CLibAV", dependencies: ["CFFmpeg"],
      linkerSettings: [
        .linkedLibrary("avformat"), .linkedLibrary("avcodec"), .linkedLibrary("avutil"),
        .linkedLibrary("swresample"), .linkedLibrary("swscale"),
      ]),
    .executableTarget(
      name: "foley-reader", dependencies: ["CLibAV", "CLibHDF5", "ReaderPipe", "Tensors"],
      swiftSettings: strict),

    // Tools
    .executableTarget(
      name: "bench-kernels", dependencies: ["CKernels"], path: "tools/bench/kernels",
      cSettings: optimised),

    .executableTarget(
      name: "bench-training",
      dependencies: ["Families", "Passes", "Runtime", "Kernels", "Graphs", "Checkpoints", "Tensors"],
      path: "tools/bench/training", swiftSettings: strict),
    .executableTarget(
      name: "bench-stages",
      dependencies: ["Families", "Passes", "Runtime", "Kernels", "Graphs", "Checkpoints", "Tensors"],
      path: "tools/bench/stages", swiftSettings: strict),

    .executableTarget(
      name: "onnx-conformance",
      dependencies: [
        "ONNX", "Runtime", "Graphs", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "tools/onnx-conformance/runner", swiftSettings: strict),

    .executableTarget(
      name: "onnx-roundtrip",
      dependencies: [
        "CaseFiles", "ONNX", "Families", "Passes", "Operators", "Graphs", "Checkpoints", "Tensors",
      ],
      path: "tools/onnx-roundtrip", exclude: ["check"], swiftSettings: strict),

    .executableTarget(
      name: "hostile",
      dependencies: [
        "Checkpoints", "HostileFiles", "Tensors", "TemporaryFolders",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "tools/hostile", exclude: ["run"], swiftSettings: strict),

    // Tests
    .target(name: "TemporaryFolders", path: "Tests/TemporaryFolders", swiftSettings: strict),
    // Broken, odd and malicious files and what has to come of each.
    .target(
      name: "HostileFiles", dependencies: ["TemporaryFolders"], path: "Tests/HostileFiles",
      swiftSettings: strict),
    // Reads `.graph` case files and checks what they say; for tests only.
    .target(
      name: "CaseFiles", dependencies: ["Operators", "Graphs", "Tensors"], path: "Tests/CaseFiles",
      swiftSettings: strict),

    .testTarget(
      name: "TensorsTests", dependencies: ["Tensors", "TemporaryFolders"], swiftSettings: strict),
    .testTarget(
      name: "CheckpointsTests",
      dependencies: [
        "Checkpoints", "HostileFiles", "ReaderPipe", "Tensors", "TemporaryFolders", "foley-reader",
      ],
      swiftSettings: strict),
    .testTarget(name: "RanksTests", dependencies: ["Ranks", "Tensors"], swiftSettings: strict),
    .testTarget(
      name: "PlansTests", dependencies: ["Plans", "Graphs", "Tensors"], swiftSettings: strict),
    .testTarget(
      name: "RuntimeTests",
      dependencies: [
        "CaseFiles", "TemporaryFolders", "Runtime", "Kernels", "Plans", "Operators", "Graphs", "Tensors",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "FamiliesTests",
      dependencies: [
        "Families", "Runtime", "Operators", "Graphs", "Checkpoints", "Tensors", "TemporaryFolders",
      ],
      exclude: ["Published"], swiftSettings: strict),
    .testTarget(
      name: "ONNXTests",
      dependencies: [
        "CaseFiles", "COnnx", "Conversion", "Families", "HostileFiles", "ONNX", "Runtime", "Passes",
        "Operators", "Graphs",
        "Checkpoints", "Tensors", "TemporaryFolders",
      ],
      exclude: ["Hostile", "Tensors"], swiftSettings: strict),
    .testTarget(
      name: "MediaTests",
      dependencies: ["Media", "ReaderPipe", "Checkpoints", "Tensors", "TemporaryFolders"],
      swiftSettings: strict),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Media", "Tensors", "TemporaryFolders"],
      swiftSettings: strict),
    .testTarget(
      name: "TokenizersTests", dependencies: ["Tokenizers", "Tensors", "TemporaryFolders"],
      swiftSettings: strict),
    .testTarget(
      name: "KernelsTests",
      dependencies: ["CaseFiles", "Kernels", "Plans", "Operators", "Graphs", "Tensors"], swiftSettings: strict
    ),
    .testTarget(
      name: "FoleyTests",
      dependencies: ["Checkpoints", "ONNX", "Operators", "Graphs", "Tensors", "TemporaryFolders"],
      exclude: ["Snapshots"], swiftSettings: strict),
    .testTarget(name: "CKernelsTests", dependencies: ["CKernels"], swiftSettings: strict),
    .testTarget(
      name: "PassesTests",
      dependencies: [
        "CaseFiles", "Passes", "Families", "Runtime", "Plans", "Operators", "Graphs", "Checkpoints",
        "TemporaryFolders", "Tensors",
      ],
      exclude: ["Cases"], swiftSettings: strict),
    .testTarget(
      name: "PipelinesTests",
      dependencies: [
        "Pipelines", "Runtime", "Families", "Kernels", "Passes", "Graphs", "Checkpoints", "Media", "Tensors",
        "TemporaryFolders", "foley-reader",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "OperatorsTests", dependencies: ["CaseFiles", "Operators", "Graphs", "Tensors"],
      exclude: ["Cases"],
      swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)
