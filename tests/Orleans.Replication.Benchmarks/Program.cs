using System.CommandLine;
using Orleans.Replication.Benchmarks.Clustering;
using Orleans.Replication.Benchmarks.Comparison;
using Orleans.Replication.Benchmarks.Frames;
using Orleans.Replication.Benchmarks.Reads;
using Orleans.Replication.Benchmarks.Recovery;
using Orleans.Replication.Benchmarks.Silos;
using Orleans.Replication.Benchmarks.States;
using Orleans.Replication.Benchmarks.Transports;

return await new RootCommand("Measures Orleans.Replication.")
{
    new CompareCommand(),
    new ClusteringCommand(),
    new ServeClusteringCommand(),
    new TransportsCommand(),
    new ServeTransportsCommand(),
    new FramesCommand(),
    new StateSizesCommand(),
    new ServeSiloCommand(),
    new RecoveryCommand(),
    new RestartCommand(),
    new ReadsCommand(),
}.Parse(args).InvokeAsync();
