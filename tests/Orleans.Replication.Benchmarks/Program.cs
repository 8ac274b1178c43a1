using System.CommandLine;
using Orleans.Replication.Benchmarks.Comparison;
using Orleans.Replication.Benchmarks.Transports;

return await new RootCommand("Measures Orleans.Replication.")
{
    new CompareCommand(),
    new TransportsCommand(),
    new ServeTransportsCommand(),
}.Parse(args).InvokeAsync();
