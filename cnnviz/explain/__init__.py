"""What a page shows of the network, computed: functions of layers, parameters and images."""
