#!/bin/bash
set -u
start_all=
server_only=
all=
while getopts "hs:S:a:" OPTION
do
	case $OPTION in
		S)
			start_all=$OPTARG
			;;
		s)
			server_only=$OPTARG
			;;
		a)
			all=$OPTARG
			;;
		?)
			exit 1
			;;
	esac
done

if [ "$server_only" == "TRUE" ]; then
	ps -ef | grep -Ei '(airflow-webserver)' | grep master | \
		awk '{print $2}' | xargs -i kill {}
	cd ~/airflow/
	nohup airflow webserver >webserver.log 2>&1 &
fi

if [ "$all" == "TRUE" ]; then
	ps -ef | grep -Ei 'airflow' | grep -v 'grep' | awk '{print $2}' | xargs -i kill {}
	cd ~/airflow/
	nohup airflow webserver >>webserver.log 2>&1 &
	nohup airflow worker >>worker.log 2>&1 &
	nohup airflow scheduler >>scheduler.log 2>&1 &
fi

if [ "${start_all}" == "TRUE" ]; then
	cd ~/airflow/
	nohup airflow webserver >>webserver.log 2>&1 &
	nohup airflow worker >>worker.log 2>&1 &
	nohup airflow scheduler >>scheduler.log 2>&1 &
fi
