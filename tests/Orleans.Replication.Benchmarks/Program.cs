using System.CommandLine;
using Orleans.Replication.Benchmarks.Comparison;

return await new RootCommand("Measures Orleans.Replication.") { new CompareCommand() }.Parse(args).InvokeAsync();
