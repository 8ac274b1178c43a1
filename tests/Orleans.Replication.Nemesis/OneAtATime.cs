using Xunit.Sdk;
using Xunit.v3;

// Each drill takes all of the machine: two at once would wait for one another's processes.
[assembly: Parallelization(Mode = ParallelMode.None)]
