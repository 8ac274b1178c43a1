using System.CommandLine;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Orleans.Replication.Benchmarks.Apply;

namespace Orleans.Replication.Benchmarks.Frames;

/// <summary><c>frames</c>: what a Noise frame, a Yamux frame, a round trip and the commit of a log entry to the state cost in time and memory, by BenchmarkDotNet.</summary>
internal sealed class FramesCommand : Command
{
    private static readonly Type[] Benchmarks = [typeof(NoiseFrameBenchmark), typeof(YamuxFrameBenchmark), typeof(RoundTripBenchmark), typeof(CommitBenchmark)];

    private readonly Option<bool> _quick = new("--quick") { Description = "Fewer and shorter rounds." };

    public FramesCommand() : base("frames", "Measures the code that frames pass through, within this process.")
    {
        Options.Add(_quick);
        SetAction(arguments => Run(arguments.GetValue(_quick)));
    }

    private static int Run(bool quick)
    {
        // In this process, not in a project that would be generated and built for each benchmark: that takes minutes and measures the same code.
        var job = (quick ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance);
        var config = ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(ConsoleLogger.Default)
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "orleans-replication-frames"))
            .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile);
        var summaries = BenchmarkRunner.Run(Benchmarks, config);
        return summaries.All(summary => summary.Reports.Length > 0 && summary.Reports.All(report => report.Success)) ? 0 : 1;
    }
}
