# Light and weather: numbers for each sky (weather.py), shadows, lamps, what falls, what a wet road mirrors.
